; Literals and what keeps their text.
[(string) (encapsed_string) (heredoc_body) (nowdoc_body)] @string
[(string_content) (nowdoc_string)] @string.text
(escape_sequence) @string.escape
(encapsed_string [(variable_name) (member_access_expression) (scoped_property_access_expression)] @hole.inner @string.hole)
(heredoc_body [(variable_name) (member_access_expression) (scoped_property_access_expression)] @hole.inner @string.hole)
[(encapsed_string (_) @string.hole) (heredoc_body (_) @string.hole)]
[(integer) (boolean)] @literal
(comment) @comment

(heredoc value: (_) @keep.inner) @keep
(nowdoc value: (_) @keep.inner) @keep
(parenthesized_expression (_) @keep.inner) @keep
(cast_expression value: (_) @keep.inner) @keep
(error_suppression_expression (_) @keep.inner) @keep
(clone_expression (_) @keep.inner) @keep
(argument !name (_) @keep.inner) @keep

(binary_expression left: (_) @concat.part operator: "." right: (_) @concat.part) @concat
(array_creation_expression (array_element_initializer . (_) @sequence.part .)) @sequence
(binary_expression operator: "??" right: (_) @fallback.value) @fallback
(conditional_expression body: (_) @fallback.value alternative: (_) @fallback.value) @fallback
(conditional_expression !body alternative: (_) @fallback.value) @fallback

; Read at run time.
((subscript_expression . (variable_name) @_of) @reference (#any-of? @_of "$_ENV" "$_SERVER" "$_GET" "$_POST" "$_REQUEST" "$_COOKIE" "$_SESSION"))

; Objects.
(subscript_expression . (_) @entry.object . [(string) (encapsed_string) (integer)] @entry.key .) @entry
(array_creation_expression (array_element_initializer . (_) . (_))) @object
(array_element_initializer . (_) @binding.name . (_) @binding.value) @binding.field
(argument name: (name) @binding.name (_) @binding.value .) @binding.field

; Calls: of a function, of a method, of a static method, of a constructor.
(function_call_expression function: [(name) (qualified_name)] @call.callee arguments: (arguments) @call.arguments) @call
(member_call_expression object: (_) @call.receiver name: (name) @call.method arguments: (arguments) @call.arguments) @call
(nullsafe_member_call_expression object: (_) @call.receiver name: (name) @call.method arguments: (arguments) @call.arguments) @call
(scoped_call_expression scope: (_) @call.callee @call.receiver name: (name) @call.method arguments: (arguments) @call.arguments) @call
(object_creation_expression . [(name) (qualified_name)] @call.callee . (arguments) @call.arguments) @call

; Names and what they are bound to.
(const_element . (name) @binding.name . (_) @binding.value) @binding.constant
(enum_case name: (name) @binding.name value: (_) @binding.value) @binding.constant
((function_call_expression
  function: (_) @_define
  arguments: (arguments . (argument (string (string_content) @binding.name)) . (argument (_) @binding.value))) @binding.constant
  (#any-of? @_define "define" "\\define"))
(property_element name: (variable_name (name) @binding.name) default_value: (_) @binding.value) @binding.constant
(static_variable_declaration name: (variable_name) @binding.name value: (_) @binding.value) @binding
(assignment_expression left: (variable_name) @binding.name right: (_) @binding.value) @binding
((assignment_expression left: (member_access_expression object: (variable_name) @_this) @binding.name right: (_) @binding.value) @binding.constant
  (#eq? @_this "$this"))
(assignment_expression left: (member_access_expression name: (name) @binding.name) right: (_) @binding.value) @binding.field
(assignment_expression left: (subscript_expression (_) . (string) @binding.name) right: (_) @binding.value) @binding.field
(assignment_expression left: (list_literal (variable_name) @binding.name) @binding right: (_) @binding.list)
((assignment_expression
  left: (list_literal (_) @_key . (variable_name) @binding.name) @binding
  right: (array_creation_expression (array_element_initializer . (_) @_entry . (_) @binding.value)))
  (#eq? @_key @_entry))
(augmented_assignment_expression left: (variable_name) @binding.name @concat.part operator: ".=" right: (_) @concat.part) @binding @binding.value @concat
(augmented_assignment_expression left: (variable_name) @binding.name operator: "??=" right: (_) @binding.value) @binding
(foreach_statement . (_) . (variable_name) @binding.name) @binding
(foreach_statement . (_) . (pair (variable_name) @binding.name)) @binding
(catch_clause name: (variable_name) @binding.name) @binding

; Functions and their parameters.
(function_definition name: (name) @function.name parameters: (formal_parameters) @function.parameters) @function
((method_declaration name: (name) @function.name parameters: (formal_parameters) @function.parameters) @function (#not-eq? @function.name "__construct"))
((class_declaration
  name: (name) @function.name
  body: (declaration_list (method_declaration name: (name) @_constructor parameters: (formal_parameters) @function.parameters) @function))
  (#eq? @_constructor "__construct"))
(simple_parameter name: (variable_name) @binding.name default_value: (_) @binding.value) @binding
(simple_parameter name: (variable_name) @binding.name !default_value) @binding
(property_promotion_parameter name: (variable_name (name) @binding.name) default_value: (_) @binding.value) @binding.constant
(property_promotion_parameter name: (variable_name (name) @binding.name) !default_value) @binding.constant
(property_promotion_parameter name: (variable_name) @binding.name default_value: (_) @binding.value) @binding
(property_promotion_parameter name: (variable_name) @binding.name !default_value) @binding
(variadic_parameter name: (variable_name) @binding.name) @binding

[
  (program) (function_definition) (method_declaration) (class_declaration) (trait_declaration) (interface_declaration) (enum_declaration)
  (anonymous_function) (arrow_function)
] @scope

(namespace_use_declaration) @import

; Code that only tests run.
((class_declaration name: (name) @_name) @test (#match? @_name "Test$"))
((class_declaration (base_clause (_) @_base)) @test (#match? @_base "TestCase$"))
