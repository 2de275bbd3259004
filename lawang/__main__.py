from lawang.cli import main

main()
