"""`python run.py` serves the channels of settings.toml; `python run.py --help` lists the rest."""

from feedsvc.cli import main

if __name__ == "__main__":
    main()
