//! Who names whom in, who names itself by a detour out, and everyone in an order to work by.

/// What a graph's edges say.
#[derive(Debug, PartialEq)]
pub(super) struct Order {
    /// Every node once, all that it names before it; within a circle in any order.
    pub(super) sequence: Vec<usize>,
    /// For each node the circle it is part of, if any; circles are numbered.
    pub(super) circle: Vec<Option<usize>>,
}

/// Orders a graph: `edges[n]` are the nodes that `n` names.
///
/// Tarjan's strongly connected components, with a stack of its own: a chain as long as a frame
/// may hold must not use up the thread's.
pub(super) fn order(edges: &[Vec<usize>]) -> Order {
    let mut walk = Walk {
        edges,
        number: vec![None; edges.len()],
        low: vec![0; edges.len()],
        open: vec![false; edges.len()],
        stack: Vec::new(),
        path: Vec::new(),
        count: 0,
        circles: 0,
        order: Order {
            sequence: Vec::with_capacity(edges.len()),
            circle: vec![None; edges.len()],
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
    /// When a node was first seen.
    number: Vec<Option<usize>>,
    /// The earliest node still open that it reaches.
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    /// The nodes between the start and here, each with its next edge.
    path: Vec<(usize, usize)>,
    count: usize,
    circles: usize,
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
        let circular = members.len() > 1 || self.edges[node].contains(&node);
        for &member in &members {
            self.open[member] = false;
            self.order.circle[member] = circular.then_some(self.circles);
        }
        self.circles += usize::from(circular);
        self.order.sequence.extend(members);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_a_circle_are_told_from_those_that_only_reach_one() {
        // 0 → 1 ⇄ 2 → 3 → 4 ⇄ 5, 6 → 6
        let edges = [
            vec![1],
            vec![2],
            vec![1, 3],
            vec![4],
            vec![5],
            vec![4],
            vec![6],
        ];
        let circle = order(&edges).circle;
        assert_eq!(circle[0], None);
        assert_eq!(circle[3], None);
        assert!(circle[1].is_some() && circle[1] == circle[2]);
        assert!(circle[4].is_some() && circle[4] == circle[5]);
        assert!(circle[6].is_some());
        assert_ne!(circle[1], circle[4]);
    }

    #[test]
    fn a_long_chain_comes_out_from_its_end() {
        let long = 200_000;
        let edges: Vec<_> = (1..=long)
            .map(|next| if next < long { vec![next] } else { vec![] })
            .collect();
        let order = order(&edges);
        assert!(order.sequence.iter().copied().eq((0..long).rev()));
        assert!(order.circle.iter().all(Option::is_none));
    }
}
