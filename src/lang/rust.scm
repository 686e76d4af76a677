; Literals and what keeps their text.
[(string_literal) (raw_string_literal)] @string
(string_content) @string.text
(escape_sequence) @string.escape
(char_literal) @string.raw

(parenthesized_expression (_) @keep.inner) @keep
(reference_expression value: (_) @keep.inner) @keep
(unary_expression "*" (_) @keep.inner) @keep
(try_expression (_) @keep.inner) @keep
(closure_expression body: (_) @keep.inner) @keep
(block . (_) @keep.inner .) @keep
(unsafe_block (block) @keep.inner) @keep
(const_block body: (block) @keep.inner) @keep

(binary_expression left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat
[(array_expression (_) @sequence.part) (tuple_expression (_) @sequence.part)] @sequence
(match_expression body: (match_block (match_arm value: (_) @fallback.value))) @fallback
(if_expression consequence: (block . (_) @fallback.value .) alternative: (else_clause (block . (_) @fallback.value .))) @fallback

(index_expression (_) @entry.object . (integer_literal) @entry.key) @entry
(field_initializer_list) @object
(struct_expression body: (field_initializer_list) @keep.inner) @keep
(field_expression value: (_) @entry.object field: [(integer_literal) (field_identifier)] @entry.key) @entry

; Calls: of a path, of a method, of a macro.
(call_expression function: [(identifier) (scoped_identifier)] @call.callee arguments: (arguments) @call.arguments) @call
(call_expression function: (generic_function function: [(identifier) (scoped_identifier)] @call.callee) arguments: (arguments) @call.arguments) @call
(call_expression function: (field_expression value: (_) @call.receiver field: (field_identifier) @call.method) arguments: (arguments) @call.arguments) @call
(call_expression
  function: (generic_function function: (field_expression value: (_) @call.receiver field: (field_identifier) @call.method))
  arguments: (arguments) @call.arguments) @call
(macro_invocation macro: (_) @call.callee (token_tree) @call.arguments) @call

; Names and what they are bound to.
(let_declaration pattern: (identifier) @binding.name value: (_) @binding.value) @binding
(let_declaration pattern: (identifier) @binding.name !value) @binding
(const_item name: (identifier) @binding.name value: (_) @binding.value) @binding.constant
(static_item name: (identifier) @binding.name value: (_) @binding.value) @binding.constant
(field_initializer field: (field_identifier) @binding.name value: (_) @binding.value) @binding.field

(let_declaration pattern: (tuple_pattern (identifier) @binding.name) @binding value: (_) @binding.list)
(let_declaration pattern: (slice_pattern (identifier) @binding.name) @binding value: (_) @binding.list)

; Names that hide one of the same name further out, with a value nobody knows.
(parameter pattern: (identifier) @binding.name) @binding
(closure_parameters (identifier) @binding.name) @binding
(for_expression pattern: (identifier) @binding.name) @binding
(match_pattern (identifier) @binding.name) @binding
(let_condition pattern: (identifier) @binding.name) @binding
(tuple_pattern (identifier) @binding.name) @binding
(tuple_struct_pattern (identifier) @binding.name) @binding
(slice_pattern (identifier) @binding.name) @binding
(captured_pattern (identifier) @binding.name) @binding
(ref_pattern (identifier) @binding.name) @binding
(field_pattern name: (shorthand_field_identifier) @binding.name) @binding
(field_pattern pattern: (identifier) @binding.name) @binding

(assignment_expression left: (identifier) @assign.name right: (_) @assign.value) @assign
(compound_assignment_expr left: (identifier) @assign.name) @assign

; Functions and their parameters.
(function_item name: (identifier) @function.name parameters: (parameters) @function.parameters) @function

[
  (source_file) (declaration_list) (function_item) (block) (closure_expression)
  (match_arm) (for_expression) (if_expression) (while_expression)
] @scope

(use_declaration argument: (_) @import)

; Code that only tests run.
((attribute_item) @_attribute . (attribute_item)* . [(mod_item) (function_item) (impl_item)] @test
  (#match? @_attribute "^#\\[\\s*(cfg\\s*\\(\\s*(all\\s*\\(\\s*)?test\\b|([A-Za-z_0-9]+::)*test\\s*[\\](])"))
