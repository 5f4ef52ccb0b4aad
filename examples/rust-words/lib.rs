// Counts words in a hash map and in threads, and catches a panic: Rust's standard library.
use std::collections::HashMap;
use std::panic;
use std::thread;

fn count(words: &[String]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for word in words {
        *counts.entry(word.as_str()).or_insert(0) += 1;
    }
    counts
}

#[no_mangle]
pub extern "C" fn rust_main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut counts: Vec<_> = count(&words).into_iter().collect();
    counts.sort();
    println!("{:?}", counts);
    let lengths: Vec<_> = words
        .iter()
        .cloned()
        .map(|word| thread::spawn(move || word.len()))
        .map(|thread| thread.join().unwrap())
        .collect();
    println!("{:?}", lengths);
    panic::set_hook(Box::new(|_| {}));
    println!("{}", panic::catch_unwind(|| words[words.len()].len()).is_err());
}
