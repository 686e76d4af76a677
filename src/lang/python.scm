; Literals and what keeps their text.
(string) @string
(string_content) @string.text
(string_content (escape_sequence)) @string.escape
(escape_interpolation) @string.escape
(interpolation) @string.hole
(interpolation expression: (_) @hole.inner !format_specifier !type_conversion) @string.hole
[(integer) (true) (false)] @literal
(comment) @comment

(parenthesized_expression (_) @keep.inner) @keep
(await (_) @keep.inner) @keep
(named_expression value: (_) @keep.inner) @keep
(subscript value: (_) @reverse.inner subscript: (slice) @_slice (#eq? @_slice "::-1")) @reverse

(concatenated_string (_)+ @concat.part) @concat
(binary_operator left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat
[(list (_) @sequence.part) (tuple (_) @sequence.part) (expression_list (_) @sequence.part)] @sequence
(boolean_operator operator: "or" right: (_) @fallback.value) @fallback
(conditional_expression . (_) @fallback.value . (_) . (_) @fallback.value .) @fallback
((call function: [(identifier) (attribute)] @_cast arguments: (argument_list . (_) . (_) @keep.inner .)) @keep (#any-of? @_cast "cast" "typing.cast" "t.cast"))

; Read at run time.
((subscript value: (_) @_of) @reference (#any-of? @_of "os.environ" "environ"))
((attribute object: (identifier) @_of) @reference (#any-of? @_of "settings" "config" "args" "request"))

; Objects.
(subscript value: (_) @entry.object subscript: [(string) (integer)] @entry.key) @entry
(dictionary) @object
(pair key: (_) @binding.name value: (_) @binding.value) @binding.field
(keyword_argument name: (identifier) @binding.name value: (_) @binding.value) @binding.field

; Calls.
((call function: (identifier) @call.callee arguments: (argument_list) @call.arguments) @call (#not-eq? @call.callee "cast"))
((call function: (attribute object: (_) @call.receiver attribute: (identifier) @call.method) @call.callee arguments: (argument_list) @call.arguments) @call
  (#not-any-of? @call.callee "typing.cast" "t.cast"))

(binary_operator left: (string) @call.receiver operator: "%" @call.method right: (_) @call.arguments) @call

; Names and what they are bound to.
(module (expression_statement (assignment left: (identifier) @binding.name right: (_) @binding.value) @binding.constant))
(class_definition body: (block (expression_statement (assignment left: (identifier) @binding.name right: (_) @binding.value) @binding.constant)))
(block (expression_statement (assignment left: (identifier) @binding.name right: (_) @binding.value) @binding))
(assignment left: (attribute) @binding.name right: (_) @binding.value) @binding.constant
(assignment left: (attribute attribute: (identifier) @binding.name) right: (_) @binding.value) @binding.field
((assignment left: (attribute attribute: (identifier) @binding.name) right: (tuple . (_) . (_) @binding.value .)) @binding.field (#eq? @binding.name "auth"))
(assignment left: (subscript subscript: (string) @binding.name) right: (_) @binding.value) @binding.field
(module (expression_statement (assignment left: (pattern_list (identifier) @binding.name) @binding.constant right: (_) @binding.list)))
(module (expression_statement (assignment left: (tuple_pattern (identifier) @binding.name) @binding.constant right: (_) @binding.list)))
(block (expression_statement (assignment left: (pattern_list (identifier) @binding.name) @binding right: (_) @binding.list)))
(block (expression_statement (assignment left: (tuple_pattern (identifier) @binding.name) @binding right: (_) @binding.list)))
(for_statement left: (identifier) @binding.name) @binding
(with_item value: (as_pattern . (_) @binding.value alias: (as_pattern_target (identifier) @binding.name))) @binding
(augmented_assignment left: (identifier) @binding.name @concat.part operator: "+=" right: (_) @concat.part) @binding @binding.value @concat

; Functions and their parameters.
(function_definition name: (identifier) @function.name parameters: (parameters) @function.parameters) @function
(parameters (identifier) @binding.name) @binding
(parameters (typed_parameter (identifier) @binding.name)) @binding
(parameters [(default_parameter name: (identifier) @binding.name value: (_) @binding.value) (typed_default_parameter name: (identifier) @binding.name value: (_) @binding.value)] @binding)
(lambda_parameters (identifier) @binding.name) @binding

[(module) (function_definition) (class_definition) (lambda)] @scope

[(import_statement) (import_from_statement)] @import

; Code that only tests run.
((class_definition name: (identifier) @_name) @test (#match? @_name "^Test|Tests?$|TestCase$"))
((function_definition name: (identifier) @_name) @test (#match? @_name "^test_"))
