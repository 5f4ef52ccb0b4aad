/* Starts OCaml's run-time library and with it the program: ocamlopt -output-complete-obj queens.ml. */
extern void caml_startup(char **argv); /* caml/callback.h */

int main(int argc, char **argv) {
  (void)argc;
  caml_startup(argv);
  return 0;
}
