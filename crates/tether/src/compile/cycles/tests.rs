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
    let cycle = order(&edges).cycle;
    assert_eq!(cycle[0], None);
    assert_eq!(cycle[3], None);
    assert!(cycle[1].is_some() && cycle[1] == cycle[2]);
    assert!(cycle[4].is_some() && cycle[4] == cycle[5]);
    assert!(cycle[6].is_some());
    assert_ne!(cycle[1], cycle[4]);
}

#[test]
fn a_long_chain_comes_out_from_its_end() {
    let long = 200_000;
    let edges: Vec<_> = (1..=long)
        .map(|next| if next < long { vec![next] } else { vec![] })
        .collect();
    let order = order(&edges);
    assert!(order.sequence.iter().copied().eq((0..long).rev()));
    assert!(order.cycle.iter().all(Option::is_none));
}
