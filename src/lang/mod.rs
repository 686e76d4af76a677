//! Floor 1: the table of languages. (Contract stub.)
