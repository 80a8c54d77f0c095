//! The built-in interpreter: no model, the same answer every time.
