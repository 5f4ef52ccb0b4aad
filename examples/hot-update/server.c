/* The part that never stops: several threads call the handler, and check each answer. */
#include "handler.h"

struct tally {
  long calls;
  long straddling; /* began before a new version came, and ended after it */
  long wrong;      /* not what the answering version computes */
  long backwards;  /* answered by a version older than one that was reached before */
};

int current_version(void) { return handle(WHICH_VERSION).version; }

static int is_in_order(int before, struct answer answer, int after) {
  return before <= answer.version && answer.version <= answer.at_start && answer.at_start <= answer.at_end &&
         answer.at_end <= after;
}

void serve(volatile int *stop, struct tally *tally) {
  for (int request = 0; !*stop; request = (request + 1) % 1000) {
    int before = current_version();
    struct answer answer = handle(request);
    int after = current_version();
    tally->calls++;
    tally->straddling += answer.at_start != answer.at_end;
    tally->wrong += answer.result != request * (answer.version + 1);
    tally->backwards += !is_in_order(before, answer, after);
  }
}
