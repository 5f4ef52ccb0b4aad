/* Calls a library of Rust: rustc --crate-type=staticlib lib.rs. */
void rust_main(void);

int main(void) {
  rust_main();
  return 0;
}
