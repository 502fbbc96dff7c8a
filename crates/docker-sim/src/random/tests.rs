use super::*;

#[test]
fn equal_seeds_give_equal_numbers() {
    let row = |seed| {
        let mut random = Random::new(seed);
        [(); 64].map(|()| random.below(10))
    };
    assert_eq!(row(7), row(7));
    assert_ne!(row(7), row(8));
    assert!((0..10).all(|number| row(7).contains(&number)));
    assert_eq!(Random::new(1).below(0), 0);
}
