//! Hands `tauri.conf.json` and the capabilities to Tauri, and lets the crate compile before the interface was built.

fn main() {
    // The interface is embedded when the crate is compiled, so both must make it compile again.
    println!("cargo::rerun-if-changed=ui/dist");
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    if let Err(error) = std::fs::create_dir_all("ui/dist") {
        println!("cargo::error=cannot create ui/dist: {error}");
    }

    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
