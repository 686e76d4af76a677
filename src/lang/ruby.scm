; Literals and what keeps their text.
[(string) (bare_string) (heredoc_body) (delimited_symbol)] @string
[(string_content) (heredoc_content)] @string.text
((string (string_content) @string.escape) @_single (#match? @_single "^'(.|\n)*\\\\['\\\\]"))
(escape_sequence) @string.escape
(interpolation) @string.hole
(interpolation . (_) @hole.inner .) @string.hole
[(integer) (true) (false)] @literal
(comment) @comment

(parenthesized_statements . (_) @keep.inner .) @keep
(unary operator: ["+" "-"] operand: (string) @keep.inner) @keep
((call receiver: (_) @keep.inner method: (identifier) @_same) @keep (#any-of? @_same "freeze" "dup" "to_a" "compact"))
((assignment right: (heredoc_beginning) @keep) . (heredoc_body) @keep.inner)
((assignment right: (call receiver: (heredoc_beginning) @keep)) . (heredoc_body) @keep.inner)
((call arguments: (argument_list (heredoc_beginning) @keep)) . (heredoc_body) @keep.inner)
((call arguments: (argument_list (call receiver: (heredoc_beginning) @keep))) . (heredoc_body) @keep.inner)
((assignment right: (call arguments: (argument_list (heredoc_beginning) @keep))) . (heredoc_body) @keep.inner)
((assignment right: (call arguments: (argument_list (call receiver: (heredoc_beginning) @keep)))) . (heredoc_body) @keep.inner)

(chained_string (string)+ @concat.part) @concat
(binary left: (_) @concat.part operator: ["+" "<<"] right: (_) @concat.part) @concat
[(array (_) @sequence.part) (string_array (_) @sequence.part) (right_assignment_list (_) @sequence.part)] @sequence
(binary operator: ["||" "or"] right: (_) @fallback.value) @fallback
(conditional consequence: (_) @fallback.value alternative: (_) @fallback.value) @fallback
((call method: (identifier) @_fetch block: [(block body: (block_body . (_) @fallback.value .)) (do_block body: (body_statement . (_) @fallback.value .))]) @fallback
  (#eq? @_fetch "fetch"))

; Read at run time.
((element_reference object: (_) @_of) @reference (#any-of? @_of "ENV" "params" "session" "Settings" "credentials"))

; Objects.
(element_reference object: (_) @entry.object . [(string) (simple_symbol) (integer)] @entry.key .) @entry
(hash) @object
(pair key: (_) @binding.name value: (_) @binding.value) @binding.field

; Calls: of a constructor, of a method of a module, of a method, of a function; without arguments too.
((call receiver: [(constant) (scope_resolution)] @call.callee method: (identifier) @_new arguments: (argument_list) @call.arguments) @call (#eq? @_new "new"))
((call receiver: [(constant) (scope_resolution)] @call.callee @call.receiver method: (identifier) @call.method arguments: (argument_list) @call.arguments) @call
  (#not-any-of? @call.method "new" "fetch"))
((call
  receiver: [
    (identifier) (call) (string) (chained_string) (instance_variable) (class_variable) (global_variable) (element_reference) (self) (array) (string_array)
    (hash) (parenthesized_statements) (heredoc_beginning)
  ] @call.receiver
  method: (identifier) @call.method
  arguments: (argument_list) @call.arguments) @call
  (#not-eq? @call.method "fetch"))
((call receiver: (_) @call.receiver method: (identifier) @call.method arguments: (argument_list) @call.arguments !block) @call (#eq? @call.method "fetch"))
((call receiver: (_) @call.receiver method: (identifier) @call.method @call.arguments !arguments) @call
  (#not-any-of? @call.method "new" "freeze" "dup" "to_a" "compact"))
(call !receiver method: (identifier) @call.callee arguments: (argument_list) @call.arguments) @call
(binary left: (string) @call.receiver operator: "%" @call.method right: (array) @call.arguments) @call

; Names and what they are bound to.
(assignment left: (identifier) @binding.name right: (_) @binding.value) @binding
(assignment left: [(constant) (instance_variable) (class_variable) (global_variable)] @binding.name right: (_) @binding.value) @binding.constant
(operator_assignment left: (identifier) @binding.name operator: "||=" right: (_) @binding.value) @binding
(operator_assignment left: [(constant) (instance_variable) (class_variable)] @binding.name operator: "||=" right: (_) @binding.value) @binding.constant
(operator_assignment left: (identifier) @binding.name @concat.part operator: "+=" right: (_) @concat.part) @binding @binding.value @concat
(_ [
  (body_statement (binary left: (identifier) @binding.name @concat.part operator: "<<" right: (_) @concat.part) @binding @binding.value @concat)
  (block_body (binary left: (identifier) @binding.name @concat.part operator: "<<" right: (_) @concat.part) @binding @binding.value @concat)
])
(program (binary left: (identifier) @binding.name @concat.part operator: "<<" right: (_) @concat.part) @binding @binding.value @concat)
(assignment left: (call receiver: (_) method: (identifier) @binding.name) right: (_) @binding.value) @binding.field
(assignment left: (element_reference (_) . [(string) (simple_symbol)] @binding.name) right: (_) @binding.value) @binding.field
(assignment left: (left_assignment_list (identifier) @binding.name) @binding right: (_) @binding.list)
(exception_variable (identifier) @binding.name) @binding
(for pattern: (identifier) @binding.name) @binding

; Functions and their parameters.
((method name: (identifier) @function.name parameters: (method_parameters) @function.parameters) @function (#not-eq? @function.name "initialize"))
(singleton_method name: (identifier) @function.name parameters: (method_parameters) @function.parameters) @function
((class
  name: (constant) @function.name
  body: (body_statement (method name: (identifier) @_initialize parameters: (method_parameters) @function.parameters) @function))
  (#eq? @_initialize "initialize"))
[(method_parameters (identifier) @binding.name) (block_parameters (identifier) @binding.name) (lambda_parameters (identifier) @binding.name)] @binding
(optional_parameter name: (identifier) @binding.name value: (_) @binding.value) @binding
(keyword_parameter name: (identifier) @binding.name value: (_) @binding.value) @binding
(keyword_parameter name: (identifier) @binding.name !value) @binding
[(splat_parameter name: (identifier) @binding.name) (hash_splat_parameter name: (identifier) @binding.name) (block_parameter name: (identifier) @binding.name)] @binding

[(program) (method) (singleton_method) (class) (module) (singleton_class) (block) (do_block) (lambda)] @scope

((call method: (identifier) @_require arguments: (argument_list . (string))) @import (#any-of? @_require "require" "require_relative" "gem"))

; Code that only tests run.
((call method: (identifier) @_test block: (_)) @test (#any-of? @_test "describe" "context" "it" "specify" "feature" "scenario"))
((class name: (_) @_name superclass: (superclass (_) @_base)) @test (#match? @_base "Test(Case)?$"))
