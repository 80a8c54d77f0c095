//! Has the program built anew when the web page was: the compiler sees the files that it embeds change, but not new ones come.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
