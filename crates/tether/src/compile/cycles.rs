//! Finds cycles in a graph, and an order in which every node comes after its targets.

/// The order and the cycles of a graph.
#[derive(Debug, PartialEq)]
pub(crate) struct Order {
    /// Every node once, after all its targets; nodes of one cycle in any order.
    pub(crate) sequence: Vec<usize>,
    /// For each node the number of the cycle that it is part of, if any.
    pub(crate) cycle: Vec<Option<usize>>,
}

/// Orders a graph, where `edges[n]` are the targets of node `n`.
///
/// Tarjan's algorithm for strongly connected components, with its own stack: a chain as long as a
/// frame allows must not overflow the thread's stack.
pub(crate) fn order(edges: &[Vec<usize>]) -> Order {
    let mut walk = Walk {
        edges,
        number: vec![None; edges.len()],
        low: vec![0; edges.len()],
        open: vec![false; edges.len()],
        stack: Vec::new(),
        path: Vec::new(),
        count: 0,
        cycles: 0,
        order: Order {
            sequence: Vec::with_capacity(edges.len()),
            cycle: vec![None; edges.len()],
        },
    };
    for node in 0..edges.len() {
        if walk.number[node].is_none() {
            walk.from(node);
        }
    }
    walk.order
}

struct Walk<'a> {
    edges: &'a [Vec<usize>],
    /// The position in which a node was first seen.
    number: Vec<Option<usize>>,
    /// The earliest open node that it reaches.
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    /// The nodes from the start to here, each with its next edge.
    path: Vec<(usize, usize)>,
    count: usize,
    cycles: usize,
    order: Order,
}

impl Walk<'_> {
    fn from(&mut self, start: usize) {
        self.enter(start);
        while let Some(&(node, edge)) = self.path.last() {
            let Some(&next) = self.edges[node].get(edge) else {
                self.path.pop();
                self.leave(node);
                continue;
            };
            if let Some(last) = self.path.last_mut() {
                last.1 += 1;
            }
            match self.number[next] {
                None => self.enter(next),
                Some(number) if self.open[next] => self.low[node] = self.low[node].min(number),
                Some(_) => {}
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.number[node] = Some(self.count);
        self.low[node] = self.count;
        self.count += 1;
        self.open[node] = true;
        self.stack.push(node);
        self.path.push((node, 0));
    }

    fn leave(&mut self, node: usize) {
        if let Some(&(parent, _)) = self.path.last() {
            self.low[parent] = self.low[parent].min(self.low[node]);
        }
        if self.number[node] != Some(self.low[node]) {
            return;
        }
        let at = self.stack.iter().rposition(|&one| one == node);
        let members = self
            .stack
            .split_off(at.expect("an open node is on the stack"));
        let cyclic = members.len() > 1 || self.edges[node].contains(&node);
        for &member in &members {
            self.open[member] = false;
            self.order.cycle[member] = cyclic.then_some(self.cycles);
        }
        self.cycles += usize::from(cyclic);
        self.order.sequence.extend(members);
    }
}

#[cfg(test)]
mod tests;
