from mqworker.cli import main

main()
