//! A kept-alive connection to a hub: sends requests, and returns whole answers with their times.

use std::io::Read;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::wait::LIMIT;

/// A connection.
pub struct Line {
    socket: TcpStream,
    heard: Vec<u8>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// How long it took.
    pub took: Duration,
    head: String,
}

impl Line {
    pub fn on(socket: TcpStream) -> Self {
        Self {
            socket,
            heard: Vec::new(),
        }
    }

    /// A `GET` with the secret and these header lines.
    pub async fn get(&mut self, path: &str, headers: &[&str]) -> Answer {
        self.ask("GET", path, headers).await;
        self.answer().await
    }

    /// A `HEAD` with the secret and these header lines.
    pub async fn head(&mut self, path: &str, headers: &[&str]) -> Answer {
        self.ask("HEAD", path, headers).await;
        self.read(false).await
    }

    /// Asks and does not wait for the answer.
    pub async fn ask(&mut self, method: &str, path: &str, headers: &[&str]) {
        let mut lines = vec!["Host: hub", "Authorization: Bearer secret"];
        lines.extend(headers);
        let text = format!("{method} {path} HTTP/1.1\r\n{}\r\n\r\n", lines.join("\r\n"));
        self.say(&text).await;
    }

    pub async fn say(&mut self, text: &str) {
        self.socket.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next answer; its time counts from now.
    pub async fn answer(&mut self) -> Answer {
        self.read(true).await
    }

    /// Returns when the hub has closed the connection, with nothing more said.
    pub async fn closed(mut self) {
        let mut rest = Vec::new();
        let end = timeout(LIMIT, self.socket.read_to_end(&mut rest)).await;
        end.expect("the hub keeps the connection open").unwrap();
        assert!(self.heard.is_empty() && rest.is_empty());
    }

    async fn read(&mut self, with_body: bool) -> Answer {
        let begun = Instant::now();
        let answer = timeout(LIMIT, self.read_one(with_body)).await;
        let (head, body) = answer.expect("waited too long for an answer");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer {
            status,
            body,
            took: begun.elapsed(),
            head,
        }
    }

    async fn read_one(&mut self, with_body: bool) -> (String, Vec<u8>) {
        let end = loop {
            match self.heard.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end,
                None => self.hear().await,
            }
        };
        let head: Vec<u8> = self.heard.drain(..end + 4).collect();
        let head = String::from_utf8(head).unwrap();
        let length = match header(&head, "content-length") {
            Some(length) if with_body => length.parse().unwrap(),
            // A 304 has no body; every other answer says how long it is.
            None if !head.contains(" 304 ") => panic!("no Content-Length: {head}"),
            _ => 0,
        };
        while self.heard.len() < length {
            self.hear().await;
        }
        (head, self.heard.drain(..length).collect())
    }

    async fn hear(&mut self) {
        let read = self.socket.read_buf(&mut self.heard).await.unwrap();
        assert!(read > 0, "the hub hung up");
    }
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The body as text, whether it is gzip or not.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.header("content-encoding") == Some("gzip") {
            let mut reader = flate2::read::GzDecoder::new(&self.body[..]);
            reader.read_to_string(&mut text).unwrap();
        } else {
            text.push_str(std::str::from_utf8(&self.body).unwrap());
        }
        text
    }

    /// True if it has a route of this name.
    pub fn routes(&self, name: &str) -> bool {
        let config: serde_json::Value = serde_json::from_str(&self.text()).unwrap();
        config["http"]["routers"][name].is_object()
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
