//! Makes cargo notice a new migration: the macro that embeds them cannot say so by itself.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
