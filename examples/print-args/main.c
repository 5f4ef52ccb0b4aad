#include "print-args.h"

int main(int argc, char **argv) {
  print_args(argc - 1, argv + 1);
  return 0;
}
