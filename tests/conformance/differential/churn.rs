//! Changes a running engine at random.

use anyhow::{Result, ensure};
use docker_sim::{Engine, Health};

use super::random::Dice;

/// The number of attempts for each change: a container that does not run cannot be killed, and so
/// on.
const TRIES: usize = 20;

/// Makes so many changes to containers at random.
pub(crate) async fn change(engine: &Engine, dice: &mut Dice, count: usize) -> Result<()> {
    let mut done = 0;
    for _ in 0..TRIES * count {
        let names = engine.names();
        let name = dice.one(&names);
        if one(engine, name, dice).await.is_ok() {
            done += 1;
        }
        if done == count {
            return Ok(());
        }
    }
    ensure!(done == count, "only {done} changes could be made");
    Ok(())
}

async fn one(engine: &Engine, name: &str, dice: &mut Dice) -> Result<()> {
    match dice.below(9) {
        0 => engine.stop(name).await,
        1 => engine.start(name).await,
        2 => engine.restart(name).await,
        3 => engine.kill(name).await,
        4 => engine.remove(name).await,
        5 => engine.rename(name, &format!("{name}x")),
        6 => engine.pause(name),
        7 => engine.unpause(name),
        _ => {
            let words = [Health::Healthy, Health::Unhealthy, Health::Starting];
            engine.set_health(name, *dice.one(&words))
        }
    }
}
