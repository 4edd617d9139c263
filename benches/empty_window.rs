//! A window of the same build with nothing in it: what `make bench` measures the app against.

fn main() -> tauri::Result<()> {
    let mut context = tauri::generate_context!();
    context.config_mut().app.windows.clear();
    tauri::Builder::default()
        .setup(|app| {
            let blank = "about:blank".parse().map(tauri::WebviewUrl::External)?;
            tauri::WebviewWindowBuilder::new(app, "main", blank)
                .inner_size(1280.0, 800.0)
                .build()?;
            Ok(())
        })
        .build(context)?
        .run(|_, _| ());
    Ok(())
}
