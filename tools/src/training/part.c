/* One member of the archive that the training run of the build links: a bit of everything that compilers write into objects.
   Compiled once for each PART below PARTS; every part needs the next one, and the first of all has main. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(name##_, PART)
#define NEXT_NAME(name) JOIN(name##_, NEXT)

typedef int function(int);

static __thread int calls;
static char buffer[4096];
int NAME(tentative);
const char *const NAME(names)[] = {"clay", "reed", "barley", "oil"};
__attribute__((weak)) int shared_by_all = 1;

/* In a section group, of which one link keeps one. */
__asm__(".section .rodata.grouped,\"aG\",%progbits,grouped,comdat\n.weak grouped\ngrouped: .long 7\n.previous");
extern const int grouped;

#define FUNCTION(n) \
  static int JOIN(local_, n)(int x) { calls++; return x + (int)strlen(NAME(names)[x & 3]); } \
  int JOIN(NAME(exported_##n), _)(int x); \
  int JOIN(NEXT_NAME(exported_##n), _)(int x); \
  __attribute__((noinline)) int JOIN(NAME(exported_##n), _)(int x) { \
    if (x < 0) { fprintf(stderr, "%d %s\n", x, NAME(names)[n & 3]); abort(); } \
    memset(buffer, x, sizeof buffer); \
    return x > 3 ? JOIN(NEXT_NAME(exported_##n), _)(x / 2) : JOIN(local_, n)(x) + shared_by_all + grouped + buffer[n]; \
  }

#define EIGHT(f, d) f(d##0) f(d##1) f(d##2) f(d##3) f(d##4) f(d##5) f(d##6) f(d##7)
EIGHT(FUNCTION, 1)
EIGHT(FUNCTION, 2)
EIGHT(FUNCTION, 3)
EIGHT(FUNCTION, 4)

#define ENTRY(n) JOIN(NAME(exported_##n), _), JOIN(local_, n),
function *NAME(table)[] = {EIGHT(ENTRY, 1) EIGHT(ENTRY, 2) EIGHT(ENTRY, 3) EIGHT(ENTRY, 4)};
extern function *NEXT_NAME(table)[];

int NAME(total)(int x) {
  int sum = NAME(tentative);
  for (unsigned i = 0; i < sizeof NAME(table) / sizeof *NAME(table); i++) sum += NAME(table)[i](x) + NEXT_NAME(table)[i](x);
  switch (x) {
    case 0: return sum;
    case 1: return puts("one"), sum;
    case 2: return sum ^ 17;
    case 3: return -sum;
    case 4: return sum << 2;
    default: return sum >> 1;
  }
}

#if PART == 0
const char large[80 << 10] = {1}; /* Large objects get pages of their own. */

/* What nobody has is searched for in the libraries that a compiler driver adds, and the unwinder is one of them. */
__attribute__((weak)) int nobody(void);
__attribute__((weak)) int _Unwind_Backtrace(void *, void *);
static void at_exit(void) {}
int main(void) { return nobody != 0 || _Unwind_Backtrace == 0 || atexit(at_exit) != 0 || total_0(9) == 0; }
#else
__attribute__((constructor)) static void start(void) { NAME(tentative)++; }
#endif
