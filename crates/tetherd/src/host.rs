//! Finds the address at which a gateway reaches this host.
//!
//! Read in this order: `host_name` (an address or a name), `facts` (what is known of this host),
//! `interfaces` (what the kernel knows), `address` (which address is used, and why).

mod address;
mod facts;
mod host_name;
pub(crate) mod interfaces;

pub use address::{Address, AddressSource, choose};
pub use facts::{Facts, Link, Links, Local};
pub use host_name::Host;
