"""The hook is called backward and the driver _backward; operands are in _child."""


class Value:
    def __init__(self, data, _child=(), _op=''):
        self.data = data
        self.grad = 0
        self._child = set(_child)
        self._op = _op
        self.backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other), '+')

        def backward():
            self.grad += out.grad
            other.grad += out.grad
        out.backward = backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), '*')

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.backward = backward
        return out

    def _backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for c in v._child:
                    build(c)
                topo.append(v)
        build(self)
        self.grad = 1
        for v in reversed(topo):
            v.backward()


a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b
e = c * d
e._backward()
print(a.grad, b.grad)
