use std::{fmt, path::Path};

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Rust, with cargo
    Rust,
    /// Python 3.11 or newer, with pip
    Python,
    /// JavaScript, with Node.js 20 or newer and npm
    #[value(name = "js", alias = "javascript")]
    JavaScript,
}

impl Language {
    /// The language of the project in a folder.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let has = |name: &str| folder.join(name).is_file();
        if has("Cargo.toml") {
            Some(Self::Rust)
        } else if has("package.json") {
            Some(Self::JavaScript)
        } else if ["app.py", "pyproject.toml", "requirements.txt"].into_iter().any(has) {
            Some(Self::Python)
        } else {
            None
        }
    }

    /// The folder of its templates, and of its kit.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "js",
        }
    }

    /// What brings the kit into a fresh project.
    pub(super) fn setup(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &[],
            Self::Python => &["python3 -m venv .venv", ".venv/bin/pip install -r requirements.txt"],
            Self::JavaScript => &["npm install"],
        }
    }

    /// What runs the unit tests.
    pub(super) fn unit_tests(self) -> &'static str {
        match self {
            Self::Rust => "cargo test",
            Self::Python => ".venv/bin/python -m unittest",
            Self::JavaScript => "node --test",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        })
    }
}
