"""`python run.py` serves the channels of settings.toml; `python run.py --help` lists the rest."""

if __name__ == "__main__":
    # Not above: a server process imports this file again and needs nothing of it.
    from feedsvc.cli import main

    main()
