"""How fast, how small and how safe the server is, measured from outside: its command, its HTTP, its files.

`make bench` prints one table, `make quality` another one about how well search finds. Every figure has its target
beside it. All traffic stays on this machine, and everything is made in a temporary folder; set TMPDIR to choose the
disk, which decides what a durable commit costs. Only the engines are compared inside one process, without a server.
"""
