//! Templates that a provider approves: a copy of each account's list, what fills their fields, and what one becomes when it
//! is sent. The copy is made anew by time, on request and soon after a notice of the provider; a notice also counts by itself,
//! and whichever was told later wins.

mod fill;
mod placeholder;
pub mod sync;
pub mod template;

pub use fill::{FieldPart, FillError, TemplateField};
pub use template::{
    Binding, Bindings, Template, TemplateError, TemplateName, TemplatePress, TemplatePreview, account_of,
    bind, filled, filled_for, of_account, offers, preview, ready,
};

#[cfg(test)]
mod tests;
