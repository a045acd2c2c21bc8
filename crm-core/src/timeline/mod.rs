//! The timeline: raw events in, interactions out.
