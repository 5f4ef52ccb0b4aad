/* Prints one line per argument. */
void print_args(int count, char **args);
