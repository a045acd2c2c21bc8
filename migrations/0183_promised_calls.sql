-- «Перезвонить» also walks through calls of which somebody said that they are to be called again: few among all results.
create index call_results_call_again on call_results (at) where result = 'call_again';
