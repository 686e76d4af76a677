; What JavaScript and TypeScript have in common. Literals and what keeps their text.
((call_expression function: (member_expression) @_raw arguments: (template_string) @string.raw) (#eq? @_raw "String.raw") (#not-match? @string.raw "[$][{]"))
((call_expression function: (member_expression) @_raw arguments: (template_string) @keep.inner) @keep (#eq? @_raw "String.raw"))
(string) @string
(template_string) @string
(string_fragment) @string.text
(escape_sequence) @string.escape
(template_substitution) @string.hole
(template_substitution (_) @hole.inner) @string.hole
[(number) (true) (false)] @literal
[(comment) (html_comment)] @comment

(parenthesized_expression (_) @keep.inner .) @keep
(sequence_expression (_) @keep.inner .) @keep
(await_expression (_) @keep.inner) @keep
(spread_element (_) @keep.inner) @keep

(binary_expression left: (_) @concat.part operator: "+" right: (_) @concat.part) @concat
(array (_) @sequence.part) @sequence

; `x || "literal"`; where the literal is empty, what stands before it counts.
(binary_expression left: (_) @keep.inner operator: ["||" "??"] right: (string) @_empty (#any-of? @_empty "''" "\"\"")) @keep
(binary_expression operator: ["||" "??"] right: (_) @fallback.value (#not-any-of? @fallback.value "''" "\"\"")) @fallback
(ternary_expression consequence: (_) @fallback.value alternative: (_) @fallback.value) @fallback

; Read at run time.
((member_expression) @reference (#any-of? @reference "process.env" "import.meta.env" "Bun.env"))
((member_expression object: (member_expression) @_of) @reference (#any-of? @_of "process.env" "import.meta.env" "Bun.env"))
((subscript_expression object: (member_expression) @_of) @reference (#any-of? @_of "process.env" "import.meta.env" "Bun.env"))

; Objects.
(subscript_expression object: (_) @entry.object index: [(string) (number)] @entry.key) @entry
(object) @object
(pair key: (_) @binding.name value: (_) @binding.value) @binding.field
(object (shorthand_property_identifier) @binding.field @binding.name @binding.value)

; Calls.
(call_expression function: [(identifier) (super)] @call.callee arguments: (arguments) @call.arguments) @call
(call_expression function: (member_expression object: (_) @call.receiver property: (_) @call.method) @call.callee arguments: (arguments) @call.arguments) @call
(new_expression constructor: (identifier) @call.callee arguments: (arguments) @call.arguments) @call
(new_expression constructor: (member_expression object: (_) @call.receiver property: (_) @call.method) @call.callee arguments: (arguments) @call.arguments) @call

; Names and what they are bound to. Those of a module are visible before they are declared.
(program [
  (lexical_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding.constant)
  (variable_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding.constant)
  (export_statement declaration: [
    (lexical_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding.constant)
    (variable_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding.constant)
  ])
])
(statement_block [
  (lexical_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding)
  (variable_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding)
  (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding))
])
(for_statement initializer: (_ (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding))
(switch_case (lexical_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding))
(switch_default (lexical_declaration (variable_declarator name: (identifier) @binding.name value: (_) @binding.value) @binding))
(variable_declarator name: (identifier) @binding.name !value) @binding

; `x.y = …`, `x["y"] = …`.
(assignment_expression left: (member_expression) @binding.name right: (_) @binding.value) @binding.constant
(assignment_expression left: (member_expression property: (property_identifier) @binding.name) right: (_) @binding.value) @binding.field
(assignment_expression left: (subscript_expression index: (string) @binding.name) right: (_) @binding.value) @binding.field

; Destructuring. A name without a default has the value of the object's entry of the same name.
(variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @binding.name) value: (_) @binding.value) @binding
(assignment_pattern left: (object_pattern (shorthand_property_identifier_pattern) @binding.name)) @binding
(pair_pattern value: (object_pattern (shorthand_property_identifier_pattern) @binding.name)) @binding
(object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.name right: (_) @binding.value) @binding
(pair_pattern value: (identifier) @binding.name) @binding
(pair_pattern value: (assignment_pattern left: (identifier) @binding.name right: (_) @binding.value)) @binding
(array_pattern (identifier) @binding.name) @binding
(variable_declarator name: (array_pattern (identifier) @binding.name) @binding value: (_) @binding.list)
(array_pattern (assignment_pattern left: (identifier) @binding.name right: (_) @binding.value)) @binding
(rest_pattern (identifier) @binding.name) @binding
(for_in_statement left: (identifier) @binding.name) @binding
(for_in_statement left: (object_pattern (shorthand_property_identifier_pattern) @binding.name)) @binding
(catch_clause parameter: (identifier) @binding.name) @binding

(assignment_expression left: (identifier) @assign.name right: (_) @assign.value) @assign
(augmented_assignment_expression left: (identifier) @assign.name operator: ["-=" "*=" "/=" "%=" "**=" "&=" "|=" "^=" "<<=" ">>=" ">>>=" "&&="] right: (_) @assign.value) @assign
(augmented_assignment_expression left: (identifier) @binding.name @concat.part operator: "+=" right: (_) @concat.part) @binding @binding.value @concat
(augmented_assignment_expression left: (identifier) @binding.name operator: ["||=" "??="] right: (_) @fallback.value) @binding @binding.value @fallback

; Functions and their parameters.
(function_declaration name: (identifier) @function.name parameters: (formal_parameters) @function.parameters) @function
(generator_function_declaration name: (identifier) @function.name parameters: (formal_parameters) @function.parameters) @function
(variable_declarator
  name: (identifier) @function.name
  value: [(arrow_function parameters: (formal_parameters) @function.parameters) (function_expression parameters: (formal_parameters) @function.parameters)]) @function
(pair
  key: (property_identifier) @function.name
  value: [(arrow_function parameters: (formal_parameters) @function.parameters) (function_expression parameters: (formal_parameters) @function.parameters)]) @function
((method_definition name: (_) @function.name parameters: (formal_parameters) @function.parameters) @function (#not-eq? @function.name "constructor"))
((class_declaration
  name: (_) @function.name
  body: (class_body (method_definition name: (property_identifier) @_name parameters: (formal_parameters) @function.parameters))) @function
  (#eq? @_name "constructor"))
(arrow_function parameter: (identifier) @binding.name) @binding

[
  (function_declaration) (function_expression) (generator_function_declaration) (generator_function) (arrow_function) (method_definition) (class_body)
  (statement_block) (for_statement) (for_in_statement) (catch_clause) (switch_body)
] @scope

; Other modules: `import`, `require` and what is bound to them. The name of the module stands there as a string.
(import_statement) @import
((variable_declarator value: (call_expression function: (identifier) @_require)) @import (#eq? @_require "require"))
((variable_declarator value: (member_expression object: (call_expression function: (identifier) @_require))) @import (#eq? @_require "require"))
(variable_declarator value: (await_expression (call_expression function: (import)))) @import
((call_expression function: (identifier) @_require arguments: (arguments . (string) @import .)) (#eq? @_require "require"))
(call_expression function: (import) arguments: (arguments . (string) @import .))

; Code that only tests run.
((call_expression function: (identifier) @_test arguments: (arguments . [(string) (template_string)] . [(arrow_function) (function_expression)])) @test
  (#any-of? @_test "describe" "it" "test" "suite" "specify" "context"))
((call_expression
  function: (member_expression object: (identifier) @_test)
  arguments: (arguments . [(string) (template_string)] . [(arrow_function) (function_expression)])) @test
  (#any-of? @_test "describe" "it" "test" "suite"))
((call_expression function: (identifier) @_test arguments: (arguments . [(arrow_function) (function_expression)])) @test
  (#any-of? @_test "beforeEach" "beforeAll" "afterEach" "afterAll" "before" "after"))
