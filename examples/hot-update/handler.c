/* The part that is replaced. The story makes its versions by writing their numbers into the object, over this one. */
#include "handler.h"

static const volatile int number = 0x01020304;

static __attribute__((noinline)) int factor(void) { return number + 1; }

/* Calls as a stranger would: this object's own calls of handle would stay in this object. */
extern int current_version(void);

struct answer handle(int request) {
  struct answer answer = {.version = number};
  if (request == WHICH_VERSION) return answer;
  answer.at_start = current_version();
  for (volatile int work = 0; work < 500; work++) {
  }
  answer.result = request * factor();
  answer.at_end = current_version();
  return answer;
}
