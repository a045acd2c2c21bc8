-- The log is asked for by who did it and by what was done. Both were looked for among millions of lines, all of them where
-- there is little or nothing to find.
create index audit_log_by_user on audit_log (user_id, id) where user_id is not null;
-- All actions of a kind (`user.`) are one stretch of it, which they are in no other order of characters but that of bytes.
create index audit_log_by_action on audit_log (action text_pattern_ops, id);
