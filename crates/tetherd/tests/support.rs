//! Simulated engines, a fake hub, agents between them, and a clock that only the test moves.

pub mod agent;
pub mod canned;
pub mod clock;
pub mod docker;
pub mod fake_hub;
pub mod proxy;
pub mod wait;

pub use agent::{agent, config, run};
pub use clock::Clock;
pub use docker::{Docker, docker, watched};
pub use fake_hub::FakeHub;
pub use wait::{until, within};
