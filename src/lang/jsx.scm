; Elements in JavaScript and in TSX: their attributes are fields.
(jsx_text) @literal
(jsx_expression (_) @keep.inner) @keep
(jsx_attribute (property_identifier) @binding.name . [(string) (jsx_expression)] @binding.value) @binding.field
