//! «Задачи» (S3.12): who is to do what by when, for which client, and who closed it with what result.
//!
//! A viewer sees the tasks that are his, those that he set, and those of the clients that he leads; with the right for all
//! every task whose client he reads. Of a client that he does not read he knows nothing: a task that he only set goes with
//! the client, and one that he is to do stays without the client's name. Such a task has its title and, while it is open,
//! its text: they are the order that was given to him. It has neither its steps nor what others wrote when they closed it,
//! and once closed it has no text either, for that may tell of what came later. He may put it off, close it, or hand it back
//! to whoever set it; he neither rewrites nor reopens it.

mod change;
mod history;
mod list;
mod notice;
mod task;

pub use change::{close, create, edit, reopen};
pub use history::{TaskChanged, TaskStep, history};
pub use list::{TaskCounts, TaskCursor, TaskFilter, TaskSort, TaskState, counts, get, list};
pub use notice::tell_due_unscoped;
pub use task::{Due, NewTask, Task, TaskClient, TaskClosing, TaskEdit, TaskKind};

pub(crate) use change::handed_over;

/// The task of the schedule that tells of what is due.
pub const NOTICES: &str = "tasks.due";

#[cfg(test)]
mod tests;
