"""There is no node without a label."""


class Value:
    def __init__(self, data, label, _children=(), _op=''):
        if not label:
            raise ValueError("every node needs a label")
        self.data = data
        self.label = label
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def add(self, other, label):
        out = Value(self.data + other.data, label, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def mul(self, other, label):
        out = Value(self.data * other.data, label, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out


price = Value(2.5, 'price')
count = Value(4.0, 'count')
fee = Value(1.0, 'fee')
goods = price.mul(count, 'goods')
bill = goods.add(fee, 'bill')
