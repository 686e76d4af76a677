; What TypeScript adds to JavaScript.
(as_expression . (_) @keep.inner) @keep
(satisfies_expression . (_) @keep.inner) @keep
(non_null_expression (_) @keep.inner) @keep
(instantiation_expression . (_) @keep.inner) @keep

(public_field_definition name: (_) @binding.name value: (_) @binding.value) @binding.constant
(enum_assignment name: (_) @binding.name value: (_) @binding.value) @binding.constant
(required_parameter pattern: (identifier) @binding.name !value) @binding
(required_parameter pattern: (identifier) @binding.name value: (_) @binding.value) @binding
(optional_parameter pattern: (identifier) @binding.name) @binding
; `constructor(private readonly secret: string)` declares a field.
(required_parameter (accessibility_modifier) pattern: (identifier) @binding.name !value) @binding.constant
(required_parameter (accessibility_modifier) pattern: (identifier) @binding.name value: (_) @binding.value) @binding.constant
(required_parameter pattern: (object_pattern (shorthand_property_identifier_pattern) @binding.name)) @binding
((abstract_class_declaration
  name: (_) @function.name
  body: (class_body (method_definition name: (property_identifier) @_name parameters: (formal_parameters) @function.parameters))) @function
  (#eq? @_name "constructor"))

[(enum_body) (internal_module)] @scope

; `await http.get<T>(url)`: the grammar takes what is awaited for the function.
(call_expression function: (await_expression (identifier) @call.callee) type_arguments: (_) arguments: (arguments) @call.arguments) @call
(call_expression
  function: (await_expression (member_expression object: (_) @call.receiver property: (_) @call.method) @call.callee)
  type_arguments: (_)
  arguments: (arguments) @call.arguments) @call
