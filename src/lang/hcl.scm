; Literals and what keeps their text.
[(string_lit) (quoted_template)] @string
(template_literal) @string.escape
[(template_interpolation) (template_directive)] @string.hole
[(numeric_lit) (bool_lit)] @literal

(expression . (_) @keep.inner .) @keep
(literal_value [(string_lit) (numeric_lit) (bool_lit)] @keep.inner) @keep
(template_expr (quoted_template) @keep.inner) @keep

(tuple (expression) @sequence.part) @sequence

(function_call (identifier) @call.callee (function_arguments) @call.arguments) @call

; Blocks and their attributes.
(block . (identifier) @block.type) @block
(block (string_lit) @block.label) @block
(attribute (identifier) @binding.name (expression) @binding.value) @binding.field
(object_elem key: (expression) @binding.name val: (expression) @binding.value) @binding.field
