; Literals, and what joins them.
(interpreted_string_literal) @string
(interpreted_string_literal_content) @string.text
(comment) @comment
(binary_expression left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat

; Calls.
(call_expression function: [(identifier) (selector_expression)] @call.callee arguments: (argument_list) @call.arguments) @call

; Names and what they are bound to, and where names end.
(const_spec name: (identifier) @binding.name value: (expression_list (_) @binding.value)) @binding.constant
(short_var_declaration left: (expression_list (identifier) @binding.name) right: (expression_list (_) @binding.value)) @binding
(function_declaration name: (identifier) @function.name parameters: (parameter_list) @function.parameters) @function
(parameter_declaration name: (identifier) @binding.name) @binding
[(source_file) (function_declaration)] @scope
