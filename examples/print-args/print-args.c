#include "print-args.h"

#include <stdio.h>

void print_args(int count, char **args) {
  for (int i = 0; i < count; i++) {
    printf("arg %d is \"%s\"\n", i, args[i]);
  }
}
