-- Counting up to a bound reads as little over the index by which a timeline is walked, and letters are counted over their
-- conversations: the index that was there for counting alone cost a quarter of the work of taking messages in.
drop index interactions_counted;
