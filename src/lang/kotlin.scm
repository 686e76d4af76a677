; Literals and what keeps their text. The grammar reads `$NAME` in a string of one line as two runs of text.
[(string_literal) (multiline_string_literal)] @string
(string_literal . (string_content) @string.text (#not-eq? @string.text "$"))
(string_literal (_) @_before . (string_content) @string.text (#not-eq? @_before "$") (#not-eq? @string.text "$"))
(multiline_string_literal (string_content) @string.text)
((string_literal (string_content) @string.hole . (string_content) @hole.inner) (#eq? @string.hole "$") (#match? @hole.inner "^[A-Za-z_][A-Za-z_0-9]*$"))
((string_literal (string_content) @string.hole . (string_content) @_rest) (#eq? @string.hole "$") (#match? @_rest "^[A-Za-z_][A-Za-z_0-9]*[^A-Za-z_0-9]"))
((string_literal (string_content) @_dollar @string.text . (string_content) @string.text) (#eq? @_dollar "$") (#match? @string.text "^[^A-Za-z_]"))
((string_literal (string_content) @string.text . [(escape_sequence) (interpolation)]) (#eq? @string.text "$"))
((string_literal (string_content) @string.text .) (#eq? @string.text "$"))
(escape_sequence) @string.escape
((string_literal (string_content) @string.escape) (#match? @string.escape "\\\\"))
(interpolation (_) @hole.inner) @string.hole
(character_literal) @string.raw
(number_literal) @literal
[(line_comment) (block_comment)] @comment

(parenthesized_expression (_) @keep.inner) @keep
(as_expression left: (_) @keep.inner) @keep
(unary_expression argument: (_) @keep.inner operator: "!!") @keep
(value_argument . (_) @keep.inner .) @keep
(lambda_literal . (_) @keep.inner .) @keep
(annotated_lambda (lambda_literal) @keep.inner) @keep

(index_expression . (_) @entry.object . [(string_literal) (number_literal)] @entry.key .) @entry
(binary_expression left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat
(collection_literal (_) @sequence.part) @sequence
(binary_expression operator: "?:" right: (_) @fallback.value) @fallback
(if_expression condition: (_) . (_) @fallback.value . "else" . (_) @fallback.value .) @fallback
((call_expression
  . (call_expression . (navigation_expression (identifier) @_or .))
  . (annotated_lambda (lambda_literal . (_) @fallback.value .))) @fallback
  (#any-of? @_or "getOrElse" "getOrDefault"))

; Calls: functions, methods, constructors, annotations. Named arguments, pairs.
(call_expression . (identifier) @call.callee . (value_arguments) @call.arguments) @call
(call_expression . (identifier) @call.callee (type_arguments) (value_arguments) @call.arguments) @call
(call_expression . (navigation_expression . (_) @call.receiver (identifier) @call.method .) (value_arguments) @call.arguments) @call
(call_expression . (navigation_expression . (_) @call.receiver (identifier) @call.method .) . (annotated_lambda (lambda_literal) @call.arguments)) @call
(call_expression . (identifier) @call.callee . (annotated_lambda (lambda_literal) @call.arguments)) @call
(constructor_invocation (user_type) @call.callee (value_arguments) @call.arguments) @call
(value_argument . (identifier) @binding.name . "=" . (_) @binding.value) @binding.field
(value_argument . (infix_expression . (_) @binding.name . (identifier) @_to . (_) @binding.value .) (#eq? @_to "to")) @binding.field

; Names and what they are bound to.
(source_file (property_declaration (variable_declaration . (identifier) @binding.name) "=" . (_) @binding.value) @binding.constant)
(class_body (property_declaration (variable_declaration . (identifier) @binding.name) "=" . (_) @binding.value) @binding.constant)
(class_body (property_declaration (variable_declaration . (identifier) @binding.name) .) @binding.constant)
(block (property_declaration (variable_declaration . (identifier) @binding.name) "=" . (_) @binding.value) @binding)
(lambda_literal (property_declaration (variable_declaration . (identifier) @binding.name) "=" . (_) @binding.value) @binding)
(property_declaration (variable_declaration . (identifier) @binding.name) (property_delegate (call_expression . (identifier) @_lazy (annotated_lambda) @binding.value))
  (#eq? @_lazy "lazy")) @binding.constant
(property_declaration (variable_declaration . (identifier) @binding.name) (getter (function_body . (_) @binding.value .))) @binding.constant
(class_parameter (identifier) @binding.name "=" . (_) @binding.value) @binding.constant
(function_value_parameters (parameter . (identifier) @binding.name) @binding . "=" . (_) @binding.value)

(assignment left: (identifier) @assign.name ["=" "-=" "*=" "/=" "%="]) @assign
(assignment left: (identifier) @binding.name @concat.part "+=" right: (_) @concat.part) @binding @binding.value @concat
(assignment left: (navigation_expression) @binding.name "=" right: (_) @binding.value) @binding.constant
(assignment left: (navigation_expression (identifier) @binding.name .) "=" right: (_) @binding.value) @binding.field
(assignment left: (index_expression (string_literal) @binding.name .) "=" right: (_) @binding.value) @binding.field
; Properties of a receiver that a lambda configures: `apply { clientSecret = "…" }`.
(lambda_literal (assignment left: (identifier) @binding.name "=" right: (_) @binding.value) @binding.field)

; Names that hide one of the same name further out, with a value nobody knows.
(function_value_parameters (parameter . (identifier) @binding.name) @binding . ["," ")"])
(class_parameter (identifier) @binding.name . ":" . (_) .) @binding
(multi_variable_declaration (variable_declaration . (identifier) @binding.name)) @binding
(property_declaration (multi_variable_declaration . (variable_declaration . (identifier) @binding.name)) @binding "=" . (infix_expression . (_) @binding.value . (identifier) @_to . (_) .) (#eq? @_to "to"))
(property_declaration (multi_variable_declaration . (_) . (variable_declaration . (identifier) @binding.name)) @binding "=" . (infix_expression . (_) . (identifier) @_to . (_) @binding.value .) (#eq? @_to "to"))
(property_declaration (multi_variable_declaration (variable_declaration . (identifier) @binding.name)) @binding "=" . (_) @binding.list)
(lambda_parameters (variable_declaration . (identifier) @binding.name)) @binding
(for_statement (variable_declaration . (identifier) @binding.name)) @binding
(catch_block . (identifier) @binding.name) @binding
(when_subject (variable_declaration . (identifier) @binding.name)) @binding
(block (property_declaration (variable_declaration . (identifier) @binding.name) .) @binding)

(function_declaration name: (identifier) @function.name (function_value_parameters) @function.parameters) @function
(class_declaration name: (identifier) @function.name (primary_constructor (class_parameters) @function.parameters)) @function

[
  (class_declaration) (object_declaration) (object_literal) (enum_class_body) (function_declaration) (secondary_constructor) (block)
  (lambda_literal) (anonymous_function) (for_statement) (when_expression) (when_entry) (catch_block)
] @scope

; What a companion declares is seen in all of its class.
(class_declaration (class_body) @scope)

(import) @import

; Code that only tests run.
((function_declaration (modifiers (annotation (user_type) @_test))) @test (#any-of? @_test "Test" "ParameterizedTest" "RepeatedTest" "BeforeEach" "BeforeTest" "Before"))
((class_declaration name: (identifier) @_name) @test (#match? @_name "(Test|Tests|TestCase|Spec)$"))
