; Literals and what keeps their text.
[(interpreted_string_literal) (raw_string_literal)] @string
[(interpreted_string_literal_content) (raw_string_literal_content)] @string.text
(escape_sequence) @string.escape
(rune_literal) @string.raw
[(int_literal) (float_literal) (true) (false)] @literal
(comment) @comment

(parenthesized_expression (_) @keep.inner) @keep
(unary_expression operator: ["&" "*"] operand: (_) @keep.inner) @keep
(type_conversion_expression type: (slice_type) operand: (_) @keep.inner) @keep
(type_assertion_expression operand: (_) @keep.inner) @keep
(literal_element (_) @keep.inner) @keep

(binary_expression left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat
(composite_literal type: [(slice_type) (array_type) (implicit_length_array_type)] body: (literal_value (literal_element) @sequence.part)) @sequence
((index_expression operand: (_) @_of) @reference (#eq? @_of "os.Args"))

(index_expression operand: (_) @entry.object index: [(interpreted_string_literal) (raw_string_literal) (int_literal)] @entry.key) @entry

; Calls: functions, methods, struct literals. Fields of structs and entries of maps.
(call_expression function: (identifier) @call.callee arguments: (argument_list) @call.arguments) @call
(call_expression
  function: (selector_expression operand: (_) @call.receiver field: (field_identifier) @call.method) @call.callee
  arguments: (argument_list) @call.arguments) @call
(composite_literal type: [(type_identifier) (qualified_type) (struct_type)] @call.callee body: (literal_value) @call.arguments) @call
(composite_literal type: (slice_type) @call.callee body: (literal_value) @call.arguments (#any-of? @call.callee "[]byte" "[]rune")) @call
(composite_literal type: [(slice_type element: (type_identifier) @call.callee) (slice_type element: (qualified_type) @call.callee)]
  body: (literal_value (literal_element (literal_value (keyed_element)) @call.arguments @call)))
(composite_literal type: (map_type) body: (literal_value) @object @keep.inner) @keep
(literal_element (literal_value (keyed_element)) @object)

; `{"Authorization": {"Bearer x"}}`, `{"client_secret": []string{"x"}}`: one value in a list.
((keyed_element key: (literal_element (_) @binding.name) value: (literal_element (_) @binding.value)) @binding.field
  (#not-match? @binding.value "^(\\[\\]string)?\\{[^,{}]*,?\\s*\\}$"))
((keyed_element
  key: (literal_element (_) @binding.name)
  value: (literal_element [(literal_value . (literal_element) @binding.value .) (composite_literal body: (literal_value . (literal_element) @binding.value .))] @_list))
  @binding.field
  (#match? @_list "^(\\[\\]string)?\\{[^,{}]*,?\\s*\\}$"))

; Names and what they are bound to: the first two of a list.
(source_file (const_declaration (const_spec . name: (identifier) @binding.name value: (expression_list . (_) @binding.value)) @binding.constant))
(source_file (const_declaration
  (const_spec . (identifier) . (identifier) @binding.name value: (expression_list . (_) . (_) @binding.value)) @binding.constant))
(source_file (var_declaration (var_spec . name: (identifier) @binding.name value: (expression_list . (_) @binding.value)) @binding.constant))
(source_file (var_declaration (var_spec_list
  (var_spec . name: (identifier) @binding.name value: (expression_list . (_) @binding.value)) @binding.constant)))
(statement_list (const_declaration (const_spec . name: (identifier) @binding.name value: (expression_list . (_) @binding.value)) @binding))
(statement_list (var_declaration (var_spec . name: (identifier) @binding.name value: (expression_list . (_) @binding.value)) @binding))
(statement_list (var_declaration (var_spec . name: (identifier) @binding.name !value) @binding))
(short_var_declaration left: (expression_list . (identifier) @binding.name) right: (expression_list . (_) @binding.value)) @binding
(short_var_declaration left: (expression_list . (_) . (identifier) @binding.name) right: (expression_list . (_) . (_) @binding.value)) @binding
(short_var_declaration left: (expression_list . (_) . (identifier) @binding.name) right: (expression_list . (_) .)) @binding
(short_var_declaration left: (expression_list . (_) . (_) . (identifier) @binding.name)) @binding

(assignment_statement left: (expression_list (identifier) @assign.name) operator: ["=" "-=" "*=" "/=" "%=" "&=" "|=" "^=" "<<=" ">>=" "&^="]) @assign
(assignment_statement
  left: (expression_list . (identifier) @binding.name @concat.part .)
  operator: "+="
  right: (expression_list . (_) @concat.part .)) @binding @binding.value @concat
(assignment_statement left: (expression_list . (selector_expression) @binding.name .) operator: "=" right: (expression_list . (_) @binding.value .)) @binding.constant
(assignment_statement
  left: (expression_list . (selector_expression field: (field_identifier) @binding.name) .)
  operator: "="
  right: (expression_list . (_) @binding.value .)) @binding.field
(assignment_statement
  left: (expression_list . (index_expression index: [(interpreted_string_literal) (raw_string_literal)] @binding.name) .)
  operator: "="
  right: (expression_list . (_) @binding.value .)) @binding.field

; `if secret == "" { secret = "literal" }`: from there on the name has a fallback.
((if_statement
  condition: (binary_expression left: (identifier) @binding.name operator: "==" right: (interpreted_string_literal) @_empty)
  consequence: (block . (statement_list
    (assignment_statement left: (expression_list . (identifier) @_same .) operator: "=" right: (expression_list . (_) @fallback.value .)))) @fallback @binding.value)
  @binding
  (#eq? @_empty "\"\"") (#eq? @binding.name @_same))
; `flag.StringVar(&secret, "secret", "literal", "usage")`.
((call_expression
  function: (selector_expression field: (field_identifier) @_flag)
  arguments: (argument_list . (unary_expression operand: (identifier) @binding.name) . (_) . (_) @binding.value)) @binding
  (#eq? @_flag "StringVar"))

; Names that hide one of the same name further out, with a value nobody knows.
[(parameter_declaration name: (identifier) @binding.name) (variadic_parameter_declaration name: (identifier) @binding.name)] @binding
(range_clause left: (expression_list (identifier) @binding.name)) @binding
(receive_statement left: (expression_list (identifier) @binding.name)) @binding
(type_switch_statement alias: (expression_list (identifier) @binding.name)) @binding

(function_declaration name: (identifier) @function.name parameters: (parameter_list) @function.parameters) @function
(method_declaration name: (field_identifier) @function.name parameters: (parameter_list) @function.parameters) @function

[
  (function_declaration) (method_declaration) (func_literal) (block) (for_statement) (expression_switch_statement) (type_switch_statement)
  (expression_case) (type_case) (default_case) (communication_case)
] @scope
(if_statement initializer: (_)) @scope

(import_spec) @import

; Code that only tests run.
((function_declaration name: (identifier) @_name parameters: (parameter_list) @_parameters) @test
  (#match? @_name "^(Test|Benchmark|Fuzz)([A-Z_]|$)") (#match? @_parameters "testing\\."))
