; Literals and what keeps their text.
[(string_literal) (character_literal) (raw_string_literal) (interpolated_string_expression)] @string
[(string_literal_content) (character_literal_content) (raw_string_content) (string_content)] @string.text
((string_content) @string.escape (#match? @string.escape "[{][{]|[}][}]"))
(escape_sequence) @string.escape
(interpolation) @string.hole
(interpolation . (interpolation_brace) . (_) @hole.inner . (interpolation_brace) .) @string.hole
(verbatim_string_literal) @string.raw
[(integer_literal) (boolean_literal)] @literal
(comment) @comment

(parenthesized_expression (_) @keep.inner) @keep
(cast_expression value: (_) @keep.inner) @keep
(await_expression (_) @keep.inner) @keep
(as_expression left: (_) @keep.inner) @keep
(postfix_unary_expression (_) @keep.inner "!") @keep
(argument !name (_) @keep.inner) @keep
(attribute_argument !name . (_) @keep.inner .) @keep
(arrow_expression_clause (_) @keep.inner) @keep
(array_creation_expression (initializer_expression) @keep.inner) @keep
(implicit_array_creation_expression (initializer_expression) @keep.inner) @keep
((object_creation_expression type: (generic_name) @_type initializer: (_) @keep.inner) @keep (#match? @_type "Dictionary|List|Collection|Set"))
(implicit_object_creation_expression (initializer_expression) @keep.inner) @keep

(binary_expression left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat
(initializer_expression
  [
    (string_literal) (character_literal) (raw_string_literal) (verbatim_string_literal) (interpolated_string_expression) (integer_literal) (identifier)
    (member_access_expression) (invocation_expression) (binary_expression) (cast_expression) (initializer_expression)
  ] @sequence.part) @sequence
(collection_expression (collection_element (expression_element (_) @sequence.part))) @sequence
(binary_expression operator: "??" right: (_) @fallback.value) @fallback
(conditional_expression consequence: (_) @fallback.value alternative: (_) @fallback.value) @fallback
(tuple_expression (argument (_) @sequence.part .)) @sequence

; Read at run time.
((element_access_expression expression: (_) @_of) @reference (#match? @_of "([Cc]onfig(uration)?|[Ss]ettings|[Ee]nvironment|[Ss]ecrets)$"))

; Objects.
(element_access_expression expression: (_) @entry.object subscript: (bracketed_argument_list . (argument [(string_literal) (integer_literal)] @entry.key) .)) @entry
(initializer_expression (assignment_expression)) @object
(initializer_expression (assignment_expression left: (_) @binding.name right: (_) @binding.value) @binding.field)
(anonymous_object_creation_expression) @object
(with_initializer . (identifier) @binding.name . (_) @binding.value) @binding.field
(argument name: (identifier) @binding.name (_) @binding.value .) @binding.field
(attribute_argument name: (identifier) @binding.name (_) @binding.value .) @binding.field

; Calls: of a function, of a method, of a constructor, with or without an initializer; attributes of methods.
(attribute name: (_) @call.callee (attribute_argument_list) @call.arguments) @call
(invocation_expression function: (identifier) @call.callee arguments: (argument_list) @call.arguments) @call
(invocation_expression function: (generic_name (identifier) @call.callee) arguments: (argument_list) @call.arguments) @call
(invocation_expression
  function: (member_access_expression expression: (_) @call.receiver name: [(identifier) @call.method (generic_name (identifier) @call.method)]) @call.callee
  arguments: (argument_list) @call.arguments) @call
(invocation_expression
  function: (conditional_access_expression
    condition: (_) @call.receiver
    (member_binding_expression name: [(identifier) @call.method (generic_name (identifier) @call.method)]))
  arguments: (argument_list) @call.arguments) @call
(object_creation_expression type: [(identifier) (qualified_name) (alias_qualified_name)] @call.callee arguments: (argument_list) @call.arguments) @call
(object_creation_expression type: [(identifier) (qualified_name) (alias_qualified_name)] @call.callee initializer: (initializer_expression) @call.arguments) @call
(object_creation_expression type: (predefined_type) @call.callee arguments: (argument_list . (argument) .) @call.arguments) @call
(object_creation_expression type: (generic_name (identifier) @call.callee) arguments: (argument_list (_)) @call.arguments !initializer) @call
(variable_declaration
  type: [(identifier) (qualified_name)] @call.callee
  (variable_declarator (implicit_object_creation_expression [(argument_list) (initializer_expression)] @call.arguments) @call))
(property_declaration
  type: [(identifier) (qualified_name)] @call.callee
  value: (implicit_object_creation_expression [(argument_list) (initializer_expression)] @call.arguments) @call)
(variable_declaration
  type: (generic_name (type_argument_list (generic_name (identifier) @call.callee)))
  (variable_declarator
    (_ (initializer_expression (implicit_object_creation_expression (argument_list) @call.arguments) @call))))

; Names and what they are bound to.
(field_declaration (variable_declaration (variable_declarator name: (identifier) @binding.name "=" (_) @binding.value) @binding.constant))
(property_declaration name: (identifier) @binding.name value: (_) @binding.value) @binding.constant
(enum_member_declaration name: (identifier) @binding.name value: (_) @binding.value) @binding.constant
(local_declaration_statement (variable_declaration (variable_declarator name: (identifier) @binding.name "=" (_) @binding.value) @binding))
(using_statement (variable_declaration (variable_declarator name: (identifier) @binding.name "=" (_) @binding.value) @binding))
(local_declaration_statement (variable_declaration (variable_declarator . (identifier) @binding.name .) @binding))
(for_statement (variable_declaration (variable_declarator name: (identifier) @binding.name) @binding))
(variable_declarator (tuple_pattern (identifier) @binding.name) @binding (_) @binding.list)
(foreach_statement left: (identifier) @binding.name) @binding
(declaration_expression name: (identifier) @binding.name) @binding
(declaration_pattern name: (identifier) @binding.name) @binding
(catch_declaration name: (identifier) @binding.name) @binding
(assignment_expression left: (member_access_expression name: (identifier) @binding.name) right: (_) @binding.value) @binding.field
(assignment_expression left: (element_access_expression subscript: (bracketed_argument_list (argument (string_literal) @binding.name))) right: (_) @binding.value) @binding.field
((assignment_expression left: (member_access_expression expression: "this") @binding.name operator: "=" right: (_) @binding.value) @binding.constant)
(expression_statement (assignment_expression left: (identifier) @assign.name operator: ["=" "??="] right: (_) @assign.value) @assign)
(arrow_expression_clause (assignment_expression left: (identifier) @assign.name right: (_) @assign.value) @assign)
(expression_statement (assignment_expression left: (identifier) @binding.name @concat.part operator: "+=" right: (_) @concat.part) @binding @binding.value @concat)

; Functions and their parameters.
(method_declaration name: (identifier) @function.name parameters: (parameter_list) @function.parameters) @function
(constructor_declaration name: (identifier) @function.name parameters: (parameter_list) @function.parameters) @function
(local_function_statement name: (identifier) @function.name parameters: (parameter_list) @function.parameters) @function
(class_declaration name: (identifier) @function.name (parameter_list) @function.parameters) @function
(record_declaration name: (identifier) @function.name (parameter_list) @function.parameters) @function
(parameter name: (identifier) @binding.name "=" (_) @binding.value) @binding
(parameter name: (identifier) @binding.name .) @binding
(lambda_expression parameters: (implicit_parameter) @binding.name) @binding

[
  (compilation_unit) (class_declaration) (struct_declaration) (record_declaration) (interface_declaration) (method_declaration) (constructor_declaration)
  (local_function_statement) (block) (lambda_expression) (for_statement) (foreach_statement) (accessor_declaration)
] @scope

(using_directive) @import

; Code that only tests run.
((class_declaration name: (identifier) @_name) @test (#match? @_name "Tests?$"))
((method_declaration (attribute_list (attribute name: (identifier) @_name))) @test (#any-of? @_name "Fact" "Theory" "Test" "TestCase" "TestMethod" "DataTestMethod"))
((class_declaration (attribute_list (attribute name: (identifier) @_name))) @test (#any-of? @_name "TestFixture" "TestClass"))
