; Literals and what keeps their text. A heredoc is text only: the grammar does not tell its parts apart.
(string) @string
(string_content) @string.text
((string_content) @string.escape (#match? @string.escape "\\\\"))
(string [(simple_expansion) (expansion) (command_substitution) (arithmetic_expansion)] @string.hole)
(raw_string) @string.raw
(ansi_c_string) @string.raw @string.escape
[(word) (number)] @literal
[(comment) (heredoc_body)] @comment

(simple_expansion (variable_name) @keep.inner) @keep
(expansion !operator . (variable_name) @keep.inner .) @keep
(translated_string (string) @keep.inner) @keep
((command_substitution . (command name: (command_name) @_echo . argument: (_) @keep.inner .) .) @keep (#any-of? @_echo "echo" "printf"))
((command_substitution . (command name: (command_name) @_echo . argument: (word) @_flag . argument: (_) @keep.inner .) .) @keep
  (#eq? @_echo "echo") (#match? @_flag "^-[neE]+$"))
((command_substitution
  . (command name: (command_name) @_printf . argument: (_) @_format . argument: (_) @concat.part . argument: (_) @concat.part .) .) @concat
  (#eq? @_printf "printf") (#match? @_format "^[\"']?(%s)+(\\\\n)?[\"']?$"))
((command_substitution
  . (command
    name: (command_name) @_printf . argument: (_) @_format . argument: (_) @concat.part . argument: (_) @concat.part . argument: (_) @concat.part .) .) @concat
  (#eq? @_printf "printf") (#match? @_format "^[\"']?(%s)+(\\\\n)?[\"']?$"))
((command_substitution . (command name: (command_name) @_printf . argument: (_) @_format . argument: (_) @keep.inner .) .) @keep
  (#eq? @_printf "printf") (#match? @_format "^[\"']?%s(\\\\n)?[\"']?$"))
(command_substitution . (pipeline) @keep.inner .) @keep
((pipeline . (command name: (command_name) @_echo argument: (_) @keep.inner .) . (command name: (command_name)) @_encode) @keep
  (#any-of? @_echo "echo" "printf") (#match? @_encode "^base64( -w ?0| --wrap[= ]0| -b ?0)?$"))

(concatenation (_)+ @concat.part) @concat
(array (_) @sequence.part) @sequence
(expansion (variable_name) operator: [":-" ":=" "-" "="] . (_) @fallback.value .) @fallback

; Read at run time.
((command_substitution . (command name: (command_name (word) @_name)) .) @reference (#not-any-of? @_name "echo" "printf" "base64" "xxd" "rev"))
(command_substitution redirect: (_)) @reference
(command_substitution [(redirected_statement) (list) (subshell)]) @reference
(expansion operator: ":?") @reference

; Commands, with the words behind them as arguments. A flag is also a name of the word behind it.
(command name: (command_name) @call.callee) @call @call.arguments
((command argument: (word) @binding.name @binding.field . argument: (_) @binding.value) (#match? @binding.name "^--?[A-Za-z][A-Za-z0-9-]*$"))
(command (variable_assignment name: (variable_name) @binding.name value: (_) @binding.value) @binding.field)

; `echo text | base64 -d`, `base64 -d <<< text`.
((pipeline
  .
  (command name: (command_name) @_echo argument: (_) @call.receiver .)
  .
  (command name: (command_name (word) @call.callee) argument: (word) @_decode) @call.arguments
  .) @call
  (#any-of? @_echo "echo" "printf")
  (#any-of? @call.callee "base64" "xxd")
  (#match? @_decode "^(-d|-D|-di|--decode|-r)$"))
((pipeline . (command name: (command_name) @_echo argument: (_) @call.receiver .) . (command name: (command_name (word) @call.callee)) @call.arguments .) @call
  (#any-of? @_echo "echo" "printf")
  (#eq? @call.callee "rev"))
((command_substitution
  .
  (command name: (command_name (word) @call.callee) argument: (word) @_decode redirect: (herestring_redirect) @call.arguments)
  .) @call
  (#any-of? @call.callee "base64" "xxd")
  (#match? @_decode "^(-d|-D|-di|--decode|-r)$"))
((command_substitution . (command name: (command_name (word) @call.callee) . redirect: (herestring_redirect) @call.arguments) .) @call (#eq? @call.callee "rev"))

; Names and what they are bound to.
(variable_assignment name: (variable_name) @binding.name "=" value: (_) @binding.value) @binding
(variable_assignment name: (variable_name) @binding.name @concat.part "+=" value: (_) @concat.part) @binding @binding.value @concat
(for_statement variable: (variable_name) @binding.name) @binding
((command name: (command_name) @_read argument: (word) @binding.name) @binding (#any-of? @_read "read" "getopts" "mapfile"))

(function_definition name: (word) @function.name body: (_) @function.body) @function

[(program) (function_definition) (subshell)] @scope
