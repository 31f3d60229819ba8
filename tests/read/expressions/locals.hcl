list    = ["a", "b", "c"]
numbers = [3, 1, 2]
map     = { b = "two", a = "one" }
objects = [{ name = "x", size = 1 }, { name = "y", size = 2 }]
nested  = { one = { list = ["p", "q"] }, two = { list = [] } }
nothing = null
yes     = true
set     = toset(["c", "a", "b"])
text    = "Hello, World"
empty   = []
