"""A class of three lines, ops as lambdas, rules in a table."""


class V:
    def __init__(s, d, kids=(), rule=None):
        s.d, s.g, s.kids, s.rule = d, 0.0, kids, rule


RULES = {
    'add': lambda g, a, b: (g, g),
    'mul': lambda g, a, b: (g * b.d, g * a.d),
}
add = lambda a, b: V(a.d + b.d, (a, b), 'add')
mul = lambda a, b: V(a.d * b.d, (a, b), 'mul')


def back(v):
    if v.rule:
        for kid, g in zip(v.kids, RULES[v.rule](v.g, *v.kids)):
            kid.g += g


def run(v):
    v.g = 1.0
    todo = [v]
    while todo:
        n = todo.pop()
        back(n)
        todo += n.kids


p = V(3.0)
q = V(5.0)
pq = mul(p, q)
r = add(pq, q)
run(r)
