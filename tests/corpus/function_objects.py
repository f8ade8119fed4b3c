"""As big libraries do it: Functions return gradients, only the driver adds them up."""


class Function:
    def __call__(self, *inputs):
        self.inputs = inputs
        out = Variable(self.forward(*(i.data for i in inputs)))
        out.creator = self
        return out


class Add(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return g, g


class Mul(Function):
    def forward(self, a, b):
        return a * b

    def backward(self, g):
        a, b = self.inputs
        return g * b.data, g * a.data


class Variable:
    def __init__(self, data):
        self.data = data
        self.grad = None
        self.creator = None

    def __add__(self, other):
        return Add()(self, other)

    def __mul__(self, other):
        return Mul()(self, other)

    def backward(self):
        self.grad = 1.0
        todo = [self.creator]
        outs = {id(self.creator): self}
        while todo:
            f = todo.pop()
            for x, g in zip(f.inputs, f.backward(outs[id(f)].grad)):
                x.grad = g if x.grad is None else x.grad + g
                if x.creator is not None:
                    outs[id(x.creator)] = x
                    todo.append(x.creator)


a = Variable(3.0)
b = Variable(-2.0)
c = Variable(0.5)
ab = a * b
y = ab + c
y.backward()
