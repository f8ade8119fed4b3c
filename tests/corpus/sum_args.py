"""n-ary ops that take their operands one by one."""


class Value:
    def __init__(self, data, *parents, op=''):
        self.data = data
        self.grad = 0.0
        self._prev = parents
        self._op = op
        self._backward = lambda: None


def total(*terms):
    out = Value(sum(t.data for t in terms), *terms, op='Σ')

    def _backward():
        for t in terms:
            t.grad += out.grad
    out._backward = _backward
    return out


def product(*factors):
    data = 1.0
    for f in factors:
        data *= f.data
    out = Value(data, *factors, op='Π')

    def _backward():
        for i, f in enumerate(factors):
            others = 1.0
            for j, g in enumerate(factors):
                if i != j:
                    others *= g.data
            f.grad += others * out.grad
    out._backward = _backward
    return out


a = Value(2.0)
b = Value(3.0)
c = Value(-1.0)
t = total(a, b, c, a)
y = product(t, a, b)
