; Literals and what keeps their text.
(string_literal) @string
(string_fragment) @string.text
[(escape_sequence) (multiline_string_fragment)] @string.escape
(string_interpolation) @string.hole
(character_literal) @string.raw
[(decimal_integer_literal) (hex_integer_literal) (true) (false)] @literal
[(line_comment) (block_comment)] @comment

(parenthesized_expression (_) @keep.inner) @keep
(cast_expression type: (_) @_type value: (_) @keep.inner (#not-any-of? @_type "byte" "char")) @keep
(lambda_expression body: (_) @keep.inner) @keep
(block . (return_statement (_) @keep.inner) .) @keep

(binary_expression left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat
(array_initializer (_) @sequence.part) @sequence
(array_creation_expression value: (array_initializer) @keep.inner) @keep
(ternary_expression consequence: (_) @fallback.value alternative: (_) @fallback.value) @fallback

; Calls: methods, constructors, annotations with their named elements, arrays of characters.
(method_invocation !object name: (identifier) @call.callee arguments: (argument_list) @call.arguments) @call
(method_invocation object: (_) @call.receiver name: (identifier) @call.method arguments: (argument_list) @call.arguments) @call
(object_creation_expression
  type: [(type_identifier) @call.callee (scoped_type_identifier) @call.callee (generic_type . (_) @call.callee)]
  arguments: (argument_list) @call.arguments) @call
(array_creation_expression type: (integral_type) @call.callee value: (array_initializer) @call.arguments (#any-of? @call.callee "byte" "char")) @call
(_ type: (array_type element: (integral_type) @call.callee) declarator: (variable_declarator value: (array_initializer) @call.arguments @call)
  (#any-of? @call.callee "byte" "char"))
((method_invocation
  object: (identifier) @_map
  name: (identifier) @_of
  arguments: (argument_list (string_literal) @binding.name @binding.field . (_) @binding.value))
  (#eq? @_map "Map") (#eq? @_of "of"))
(annotation name: (_) @call.callee arguments: (annotation_argument_list) @call.arguments) @call
(element_value_pair key: (identifier) @binding.name value: (_) @binding.value) @binding.field

; Names and what they are bound to. A field is known by its name and with `this.` before it.
(field_declaration declarator: (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding.constant)
(field_declaration declarator: (variable_declarator name: (identifier) @binding.name !value) @binding.constant)
(constant_declaration declarator: (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding.constant)
(local_variable_declaration declarator: (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding)
(local_variable_declaration declarator: (variable_declarator name: (identifier) @binding.name !value) @binding)
(resource name: (identifier) @binding.name value: (_) @binding.value) @binding

(assignment_expression left: (identifier) @assign.name operator: ["=" "-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" ">>>="]) @assign
(assignment_expression left: (identifier) @binding.name @concat.part operator: "+=" right: (_) @concat.part) @binding @binding.value @concat
(assignment_expression left: (field_access) @binding.name operator: "=" right: (_) @binding.value) @binding.constant
(assignment_expression left: (field_access field: (identifier) @binding.name) operator: "=" right: (_) @binding.value) @binding.field

; `if (secret == null) { secret = "literal"; }`: from there on the name has a fallback.
((if_statement
  condition: (parenthesized_expression
    [(binary_expression left: (identifier) @binding.name operator: "==" right: (null_literal))
     (binary_expression left: (binary_expression left: (identifier) @binding.name operator: "==" right: (null_literal)) operator: "||")])
  consequence: [
    (block . (expression_statement (assignment_expression left: (identifier) @_same operator: "=" right: (_) @fallback.value)) .)
    (expression_statement (assignment_expression left: (identifier) @_same operator: "=" right: (_) @fallback.value))
  ] @fallback @binding.value) @binding
  (#eq? @binding.name @_same))

; Names that hide one of the same name further out, with a value nobody knows.
(formal_parameter name: (identifier) @binding.name) @binding
(spread_parameter (variable_declarator name: (identifier) @binding.name)) @binding
(inferred_parameters (identifier) @binding.name) @binding
(lambda_expression parameters: (identifier) @binding.name) @binding
(catch_formal_parameter name: (identifier) @binding.name) @binding
(enhanced_for_statement name: (identifier) @binding.name) @binding
(instanceof_expression name: (identifier) @binding.name) @binding

(method_declaration name: (identifier) @function.name parameters: (formal_parameters) @function.parameters) @function
(constructor_declaration name: (identifier) @function.name parameters: (formal_parameters) @function.parameters) @function
(record_declaration name: (identifier) @function.name parameters: (formal_parameters) @function.parameters) @function

[
  (class_body) (interface_body) (enum_body) (annotation_type_body) (method_declaration) (constructor_declaration) (record_declaration) (block)
  (lambda_expression) (for_statement) (enhanced_for_statement) (try_with_resources_statement) (catch_clause) (switch_block_statement_group) (switch_rule)
] @scope

(import_declaration) @import

; Code that only tests run.
((method_declaration (modifiers [(marker_annotation name: (_) @_test) (annotation name: (_) @_test)])) @test
  (#any-of? @_test "Test" "ParameterizedTest" "RepeatedTest" "BeforeEach" "BeforeAll" "Before" "BeforeClass" "AfterEach"))
((class_declaration name: (identifier) @_name) @test (#match? @_name "(Test|Tests|TestCase|IT)$"))
