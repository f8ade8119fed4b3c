"""parents in a tuple, backward_fn, a driver with a stack."""


class Tensor0D:
    def __init__(self, value, parents=(), op_name="leaf"):
        self.value = float(value)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.op_name = op_name
        self.backward_fn = None

    def __add__(self, other):
        result = Tensor0D(self.value + other.value, (self, other), "Add")

        def backward_fn():
            self.grad += result.grad
            other.grad += result.grad
        result.backward_fn = backward_fn
        return result

    def __sub__(self, other):
        result = Tensor0D(self.value - other.value, (self, other), "Sub")

        def backward_fn():
            self.grad += result.grad
            other.grad += -result.grad
        result.backward_fn = backward_fn
        return result

    def __truediv__(self, other):
        result = Tensor0D(self.value / other.value, (self, other), "Div")

        def backward_fn():
            self.grad += result.grad / other.value
            other.grad += -self.value / other.value**2 * result.grad
        result.backward_fn = backward_fn
        return result


hours = Tensor0D(8)
km = Tensor0D(100)
rest = Tensor0D(3)
speed = km / (hours - rest)
